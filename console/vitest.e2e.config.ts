import { defineConfig } from "vitest/config";

/** Journeys in a real browser share one product, so they run one after the other. */
export default defineConfig({
  test: {
    include: ["e2e/**/*.test.ts"],
    environment: "node",
    fileParallelism: false,
    globalSetup: ["e2e/product.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
