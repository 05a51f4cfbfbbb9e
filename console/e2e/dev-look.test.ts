// biome-ignore-all lint: not committed
import { it } from "vitest";
import { as, consoleUrl, launch } from "./browser";

it("look", async () => {
  const b = await launch();
  const page = await as(b, (process.env["WHO"] ?? "ada") as "ada");
  page.on("console", (m) => console.log(m.type(), m.text()));
  page.on("pageerror", (m) => console.log(String(m)));
  page.on("request", (r) => {
    if (r.url().includes("/v1/")) console.log(r.url());
  });
  await page.goto(consoleUrl() + (process.env["AT"] ?? "/"));
  await page.waitForTimeout(Number(process.env["MS"] ?? 8000));
  await page.screenshot({ path: "/tmp/h/e-bin/shots/look.png" });
  await b.close();
});
