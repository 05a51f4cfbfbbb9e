import { Parser } from "saxen";

/** An element of an XML file, without the prefixes of its names. */
export interface Node {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Node[];
  /** What stands directly in it, without the white space around it. */
  text: string;
}

const local = (name: string): string => name.slice(name.indexOf(":") + 1);

/** The elements of a file; throws what the parser says about a file that is none. */
export function readXml(xml: string): Node {
  const root: Node = { tag: "", attributes: {}, children: [], text: "" };
  const open = [root];
  const inner = (): Node => open.at(-1) ?? root;
  const take = (text: string): void => {
    inner().text += text;
  };
  new Parser()
    .on("openTag", (name, attributesOf, decode) => {
      const attributes: Record<string, string> = {};
      for (const [key, value] of Object.entries(attributesOf())) {
        if (!key.startsWith("xmlns")) attributes[local(key)] = decode(value);
      }
      const node: Node = { tag: local(name), attributes, children: [], text: "" };
      inner().children.push(node);
      open.push(node);
    })
    .on("closeTag", () => {
      const closed = open.pop();
      if (closed) closed.text = closed.text.trim();
    })
    .on("text", (text, decode) => take(decode(text)))
    .on("cdata", take)
    .on("error", (problem) => {
      throw problem;
    })
    .parse(xml);
  return root;
}
