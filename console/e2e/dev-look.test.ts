// biome-ignore-all lint: not committed
import { it } from "vitest";
import { as, ask, barriers, consoleUrl, launch } from "./browser";

it("look", async () => {
  const b = await launch();
  for (const scheme of ["light", "dark"] as const) {
    const page = await as(b, "dora", { scheme });
    await page.goto(consoleUrl() + "/processes?process=order-to-cash");
    await page.getByRole("button", { name: "Do to all of them" }).click();
    await page.getByRole("menuitem", { name: "Modify …" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Move the token from").first().click();
    await page.getByRole("option").first().click();
    await dialog.getByLabel("To", { exact: true }).first().click();
    await page.getByRole("option").nth(4).click();
    await dialog.getByRole("button", { name: "See what would happen" }).click();
    await dialog
      .getByText(/are meant|Refused|refused/)
      .first()
      .waitFor()
      .catch(() => undefined);
    console.log(await barriers(page));
    await page.screenshot({ path: `/tmp/h/e-bin/shots/operate-${scheme}.png` });
  }
  await b.close();
});
