export function FulfilmentPage() { return null; }
