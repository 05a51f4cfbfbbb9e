// A module of the build that lists the packages which go into the console, each with its version and licence, from the lock file.
import { readFileSync } from "node:fs";

const NAME = "virtual:packages";

export function packages() {
  return {
    name: "crossdock-packages",
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load(id) {
      if (id !== `\0${NAME}`) return undefined;
      const lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8"));
      const carried = Object.entries(lock.packages).filter(([path, { dev }]) => path !== "" && !dev);
      const list = carried.map(([path, { version, license }]) => {
        return { name: path.split("node_modules/").at(-1), version, licence: license ?? "" };
      });
      // the same version may lie in several places
      const once = new Map(list.map((each) => [`${each.name} ${each.version}`, each]));
      return `export default ${JSON.stringify([...once.values()])}`;
    },
  };
}
