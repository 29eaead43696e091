/** Plain texts that some reader of YAML 1.1 or 1.2 takes for something else than text, by what it takes them for. */
export const otherTypes: Readonly<Record<string, readonly string[]>> = {
  null: ['', '~', 'null', 'Null', 'NULL'],
  boolean: listed(
    'y, Y, n, N, yes, Yes, YES, no, No, NO, on, On, ON, off, Off, OFF, true, True, TRUE, false, False, FALSE',
  ),
  integer: listed(
    '0, 40, 2024, +1, -1, 0123, -017, 00, 1_000, 1__, 0_7, 12345678901234567890, 202401021530, 0o17, 0x1F, -0xff, 0b11, 0b1_1',
  ),
  float: listed(
    '1.0, 1.10, -1.5, +.5, .5, 5., 1_0.5, 8e29825, 1e3, 1E3, 1e-3, 1e+3, 1.5e3, 685e3, e29825, e3, E-3, .e1, .inf, -.inf, +.Inf, .INF, .nan, .NaN',
  ),
  sexagesimal: listed('12:30, 1:30:00, 190:20:30, 12:30:45.5, -1:30'),
  time: listed(
    '2024-01-02, 2024-1-2, 2024-01-02T10:00:00Z, 2024-01-02t10:00:00.5+01:00, 2024-01-02 10:00:00, 2024-01-02 10:00:00.5 -5',
  ),
  merge: ['<<'],
  value: ['='],
};

/** What tags of real images look like, and what resembles the above and is text to every reader. */
export const texts: readonly string[] = [
  ...listed(
    'v1, v1.10, 1.2.3, 1.2-3, 1.10-alpine, 8e29825f, 0x, 0b, 0o, 1e, 1.2e, 1-2, 2024-01, 2024-01-02-3',
  ),
  ...listed('20240102-1, 12-30, nope, yes-1, onn, null1, none, nil, latest, inf, main-8e29825, sha-1e3, _1'),
  ...listed('v2024.01.02, 1.0.0_1, infinity, nan, x1F, Y1, 1y, ~1'),
];

function listed(text: string): string[] {
  return text.split(', ');
}
