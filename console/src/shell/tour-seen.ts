const SEEN = "crossdock.tour-seen";

/** Whether the tour was shown in this browser; it is shown by itself only once. */
export function wasTourSeen(): boolean {
  return localStorage.getItem(SEEN) !== null;
}

export function rememberTour(): void {
  localStorage.setItem(SEEN, "yes");
}
