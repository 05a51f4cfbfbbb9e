import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
// @ts-expect-error: a script of the build, without types
import { packages } from "./scripts/packages.mjs";

/** Where the product answers while the pages are worked on; `CROSSDOCK_URL` names another place. */
const product = process.env["CROSSDOCK_URL"] ?? "http://127.0.0.1:7410";

export default defineConfig({
  plugins: [react(), packages()],
  // the editor of forms brings a copy of its own, and hooks of one copy do not know the components of another
  resolve: { dedupe: ["preact"] },
  server: {
    proxy: Object.fromEntries(["/v1", "/docs", "/readyz"].map((path) => [path, product])),
  },
  build: {
    target: "es2022",
    // the colours of both schemes stand side by side in the style sheet, as these browsers and later ones understand them
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    manifest: true,
    // big libraries have chunks of their own: a page that does not draw does not load them
    chunkSizeWarningLimit: 1_600,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules\/(react|react-dom|scheduler|tslib)\//, priority: 2 },
            { name: "charts", test: /node_modules\/(echarts|zrender)\// },
          ],
        },
      },
    },
  },
});
