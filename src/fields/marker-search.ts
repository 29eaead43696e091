/** Where `{"$tallyman":` and `{"$imagepolicy":` stand, in order. Texts are searched for their `$`, of which there are few. */
export function* markerBraces(text: string): Generator<number> {
  for (let at = text.indexOf('$'); at !== -1; at = text.indexOf('$', at + 1)) {
    marker.lastIndex = at - 1;
    if (!marker.test(text)) continue;
    let brace = at - 2;
    while (isBlank(text[brace])) brace--;
    if (text[brace] === '{') yield brace;
  }
}

const marker = /"\$(?:tallyman|imagepolicy)"\s*:/y;

function isBlank(char: string | undefined): boolean {
  return char !== undefined && /\s/.test(char);
}
