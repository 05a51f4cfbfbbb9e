/** Two lanes that cross on one dock. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#0b6e75" />
      <path d="M7 11h6l6 10h6" fill="none" stroke="#fff" strokeWidth="3" strokeLinecap="round" strokeLinejoin="round" />
      <path
        d="M7 21h6l1.6-2.7M17.4 13.7 19 11h6"
        fill="none"
        stroke="#8fe3df"
        strokeWidth="3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
