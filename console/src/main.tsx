import "./mantine.css";
import "./app.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Unreachable } from "./api/problem";
import { router } from "./routes";
import { theme } from "./shell/theme";

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
      <Notifications position="bottom-right" />
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
