/** The last moment that a `Date` can show: milliseconds since the epoch (ECMA-262, 21.4.1.1). Commits and clocks may say later ones. */
export const lastDate = 8_640_000_000_000_000;
