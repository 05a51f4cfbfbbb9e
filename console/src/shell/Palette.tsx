import "@mantine/spotlight/styles.css";
import { Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { IconArrowRight, IconKeyboard, IconLogout, IconSearch, IconSun } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { placeOf } from "../lib/identifier";
import { PLACES } from "./places";

interface Props {
  readonly onHelp: () => void;
  readonly onScheme: () => void;
  readonly onSignOut: () => void;
  readonly onTour: () => void;
}

/** One field that finds pages, commands, and whatever a number such as SO-17 names. */
export function Palette({ onHelp, onScheme, onSignOut, onTour }: Props) {
  const navigate = useNavigate();
  const [query, setQuery] = useState("");

  const typed = query.trim();
  const place = placeOf(typed);
  const found: SpotlightActionData[] = [];
  if (place) {
    found.push({
      id: "open",
      label: `Open ${typed.toUpperCase()}`,
      leftSection: <IconArrowRight size={18} />,
      onClick: () => void navigate(place),
    });
  }
  if (/^\w[\w-]{2,}$/.test(typed) && !place) {
    found.push(
      {
        id: "account-orders",
        label: `Orders of account ${typed}`,
        leftSection: <IconSearch size={18} />,
        onClick: () => void navigate({ to: "/orders", search: { account: typed } }),
      },
      {
        id: "account",
        label: `Account ${typed}`,
        leftSection: <IconSearch size={18} />,
        onClick: () => void navigate({ to: "/finance/accounts", search: { account: typed } }),
      },
      {
        id: "item",
        label: `Availability of item ${typed}`,
        leftSection: <IconSearch size={18} />,
        onClick: () => void navigate({ to: "/availability", search: { item: typed } }),
      },
    );
  }
  const pages: SpotlightActionData[] = PLACES.map(({ to, name, about, icon: Icon }) => ({
    id: to,
    label: name,
    description: about,
    leftSection: <Icon size={18} />,
    onClick: () => void navigate({ to }),
  }));
  const commands: SpotlightActionData[] = [
    { id: "scheme", label: "Switch between light and dark", leftSection: <IconSun size={18} />, onClick: onScheme },
    { id: "help", label: "Show the keys", leftSection: <IconKeyboard size={18} />, onClick: onHelp },
    { id: "tour", label: "Take the tour", leftSection: <IconArrowRight size={18} />, onClick: onTour },
    { id: "out", label: "Sign out", leftSection: <IconLogout size={18} />, onClick: onSignOut },
  ];
  return (
    <Spotlight
      query={query}
      onQueryChange={setQuery}
      // the frame listens for the keys: it is there before this is loaded
      shortcut={null}
      actions={[...pages, ...commands]}
      filter={(text, actions) => [...found, ...matching(text, actions as SpotlightActionData[])]}
      nothingFound="Nothing has this name. Numbers such as SO-17 open what they name."
      searchProps={{
        placeholder: "A page, a command, or a number such as SO-17",
        leftSection: <IconSearch size={18} />,
        "aria-label": "Search",
      }}
      scrollable
      maxHeight={420}
    />
  );
}

function matching(text: string, actions: readonly SpotlightActionData[]): SpotlightActionData[] {
  const wanted = text.trim().toLowerCase();
  return actions.filter(({ label, description }) => `${label} ${description ?? ""}`.toLowerCase().includes(wanted));
}
