import { mergeConfig } from "vitest/config";
import endToEnd from "./vitest.e2e.config";

/** `npm run screenshots`: the pictures of the documentation, made from the product as it is. */
export default { ...mergeConfig(endToEnd, {}), test: { ...endToEnd.test, include: ["e2e/screenshots.ts"] } };
