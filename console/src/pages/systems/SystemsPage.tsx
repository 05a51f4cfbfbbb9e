export function SystemsPage() { return null; }
