// A module of the build that lists what the product is made of, each package with its version and licence: those of the console from its
// lock file, and the crates of the program.
import { readFileSync } from "node:fs";

const NAME = "virtual:packages";

export function packages() {
  return {
    name: "crossdock-packages",
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load(id) {
      if (id !== `\0${NAME}`) return undefined;
      const read = (file) => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), "utf8"));
      const lock = read("package-lock.json");
      const carried = Object.entries(lock.packages).filter(([path, { dev }]) => path !== "" && !dev);
      const list = carried.map(([path, { version, license }]) => {
        return { part: "console", name: path.split("node_modules/").at(-1), version, licence: license ?? "" };
      });
      // the same version may lie in several places
      const once = new Map(list.map((each) => [`${each.name} ${each.version}`, each]));
      const crates = read("crates.json").map((each) => ({ part: "program", ...each }));
      return `export default ${JSON.stringify([...once.values(), ...crates])}`;
    },
  };
}
