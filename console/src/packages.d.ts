/** The packages that go into the product; the build makes it from the lock file and from what `npm run crates` wrote. */
declare module "virtual:packages" {
  const packages: readonly {
    /** What it goes into. */
    readonly part: "program" | "console";
    readonly name: string;
    readonly version: string;
    readonly licence: string;
  }[];
  export default packages;
}

/** The parts of libraries without types that are used here. */
declare module "saxen" {
  export class Parser {
    on(
      event: "openTag",
      take: (name: string, attributes: () => Record<string, string>, decode: (text: string) => string) => void,
    ): this;
    on(event: "closeTag", take: (name: string) => void): this;
    on(event: "text", take: (text: string, decode: (text: string) => string) => void): this;
    on(event: "cdata", take: (text: string) => void): this;
    on(event: "error" | "warn", take: (problem: Error) => void): this;
    parse(xml: string): this;
  }
}
declare module "bpmn-js-properties-panel" {
  import type { ModuleDeclaration } from "bpmn-js/lib/BaseViewer";
  export const BpmnPropertiesPanelModule: ModuleDeclaration;
  export const BpmnPropertiesProviderModule: ModuleDeclaration;
  export const ZeebePropertiesProviderModule: ModuleDeclaration;
}
declare module "camunda-bpmn-js-behaviors/lib/camunda-cloud" {
  import type { ModuleDeclaration } from "bpmn-js/lib/BaseViewer";

  const behaviours: ModuleDeclaration;
  export default behaviours;
}
declare module "dmn-js/lib/Modeler" {
  export interface View {
    readonly id: string;
    readonly name?: string;
    readonly type: string;
    readonly element: { readonly id: string; readonly name?: string };
  }
  export interface EventBus {
    on(event: string, take: () => void): void;
  }
  export default class DmnModeler {
    constructor(options: { container: HTMLElement; keyboard?: object; common?: object });
    importXML(xml: string): Promise<{ warnings: unknown[] }>;
    saveXML(options: { format: boolean }): Promise<{ xml: string }>;
    getViews(): View[];
    getActiveView(): View | undefined;
    getActiveViewer(): { get<T>(name: string): T } | undefined;
    open(view: View): Promise<unknown>;
    on(event: string, take: (event: { views: View[]; activeView: View | undefined }) => void): void;
    destroy(): void;
  }
}
