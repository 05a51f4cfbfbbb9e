import type { AsyncRouteComponent } from "@tanstack/react-router";
import { type ComponentType, createElement, use } from "react";
import { connection } from "../api/connection";
import { Unreachable } from "../api/problem";

/** The page was not loaded when the connection was lost, and is loaded again when it is asked for again. */
export class NotLoaded extends Unreachable {
  override readonly message =
    "This page was not loaded yet, and Crossdock cannot be reached. It opens as soon as it can.";
  constructor(readonly forget: () => void) {
    super();
  }
}

/**
 * The product answers, but the page is not to be had in this tab: it was opened before an upgrade, or the browser keeps that it failed
 * before (as Chromium does). The tab has to be loaded again.
 */
export class Stale extends Error {
  override readonly message = "This page cannot be opened in this tab as it is. Load the tab again.";
}

/** What Chromium, Firefox and Safari say of code that they did not get, and Vite of its style sheet. */
const MISSING = /dynamically imported module|Importing a module script failed|Unable to preload CSS/i;

/** Whether code is missing; what is broken in the page itself is no failure to load it. */
export const isMissing = (error: unknown): boolean => error instanceof Error && MISSING.test(error.message);

/** Whether the product answers at all. */
async function isReached(): Promise<boolean> {
  try {
    await fetch("/", { method: "HEAD", cache: "no-store" });
    return true;
  } catch {
    connection.lost();
    return false;
  }
}

/** Loads the tab again, unless the browser would then have nothing to show. */
export async function loadAgain(): Promise<void> {
  if (await isReached()) window.location.reload();
}

/** Why a page could not be loaded: its code is missing either because nothing answers or because another version is served. */
async function whyMissing(error: unknown, forget: () => void): Promise<unknown> {
  if (!isMissing(error)) return error;
  return (await isReached()) ? new Stale() : new NotLoaded(forget);
}

/** Loads what is not there; all pages are known by it. */
const pages: (() => Promise<void>)[] = [];

/** A page that is loaded when it is first opened, or before. Failing to load leaves the frame as it is: nothing is reloaded. */
export function page<Name extends string>(
  bring: () => Promise<Readonly<Record<Name, ComponentType>>>,
  name: Name,
): AsyncRouteComponent<object> {
  let loaded: ComponentType | undefined;
  let loading: Promise<ComponentType> | undefined;
  const forget = (): void => {
    loading = undefined;
  };
  const load = (): Promise<ComponentType> => {
    loading ??= bring().then(
      (module) => {
        loaded = module[name];
        return loaded;
      },
      async (error: unknown) => {
        throw await whyMissing(error, forget);
      },
    );
    return loading;
  };
  // what is loaded beforehand and fails is loaded again, and told, when it is opened
  const preload = (): Promise<void> => load().then(() => undefined, forget);
  pages.push(preload);
  return Object.assign(() => createElement(loaded ?? use(load())), { preload });
}

/** Loads the pages one after the other while nothing else is to do, so that they open without a connection, too. */
export function preloadPages(): () => void {
  let isOver = false;
  const idle: (task: () => void) => void =
    "requestIdleCallback" in window ? (task) => window.requestIdleCallback(task) : (task) => setTimeout(task, 500);
  const next = (at: number): void =>
    idle(() => {
      const preload = pages[at];
      if (isOver || !preload) return;
      // without a connection it is left to whoever opens the page
      if (!connection.get().lost) void preload().then(() => next(at + 1));
    });
  const start = setTimeout(next, 2_000, 0);
  return () => {
    isOver = true;
    clearTimeout(start);
  };
}
