import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** The one accent of the product: the teal of a dock door. */
const dock: MantineColorsTuple = [
  "#e6f7f6",
  "#d0eceb",
  "#a1d9d7",
  "#6fc5c3",
  "#47b3b2",
  "#2aa3a4",
  "#158a8e",
  "#0b6e75",
  "#085a60",
  "#05464b",
];

const slate: MantineColorsTuple = [
  "#d5dbe1",
  "#c0c8d0",
  "#a3adb8",
  "#8793a0",
  "#5c6875",
  "#3d4752",
  "#2c343d",
  "#1f262d",
  "#171c22",
  "#101419",
];

export const theme = createTheme({
  primaryColor: "dock",
  primaryShade: { light: 7, dark: 7 },
  colors: { dock, dark: slate },
  fontFamily: "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif",
  headings: {
    fontWeight: "650",
    sizes: { h1: { fontSize: "1.45rem" }, h2: { fontSize: "1.05rem" }, h3: { fontSize: "0.95rem" } },
  },
  defaultRadius: "md",
  cursorType: "pointer",
  components: {
    Table: { defaultProps: { verticalSpacing: 6, horizontalSpacing: "sm", highlightOnHover: true } },
    Tooltip: {
      defaultProps: {
        withArrow: true,
        openDelay: 250,
        multiline: true,
        maw: 360,
        events: { hover: true, focus: true, touch: true },
      },
    },
    Badge: { defaultProps: { variant: "light", radius: "sm", tt: "none", fw: 600 } },
    Modal: { defaultProps: { centered: true, radius: "md", closeButtonProps: { "aria-label": "Close" } } },
    Drawer: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Button: { defaultProps: { size: "sm" } },
    Select: { defaultProps: { size: "sm", checkIconPosition: "right", comboboxProps: { shadow: "md" } } },
  },
});
