import "./mantine.css";
import "./app.css";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { Unreachable } from "./api/problem";
import { router } from "./routes";
import { theme } from "./shell/theme";

// what is told before it is loaded waits for it
const Notifications = lazy(() =>
  import("@mantine/notifications").then(({ Notifications }) => ({ default: Notifications })),
);

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // events say what has changed; only what nobody heard about for long is read again
      staleTime: 30_000,
      networkMode: "always",
      refetchOnWindowFocus: true,
      retry: (failures, error) => error instanceof Unreachable && failures < 2,
    },
    mutations: { networkMode: "always" },
  },
});

const place = document.getElementById("root");
if (!place) throw new Error("index.html has no element with the id root");
createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Suspense>
        <Notifications position="bottom-right" />
      </Suspense>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
