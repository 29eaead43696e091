import { didYouMean } from '../core/nearest.ts';

/** `os/architecture[/variant]`, as in the OCI image index. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | undefined;
}

const pattern = /^([a-z0-9]+)\/([a-z0-9]+)(?:\/([a-z0-9]+))?$/;

export function parsePlatform(text: string): Platform | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, os = '', architecture = '', variant] = match;
  return { os, architecture, variant };
}

export function formatPlatform(platform: Platform): string {
  return [platform.os, platform.architecture, platform.variant]
    .filter((part) => part !== undefined)
    .join('/');
}

/** ` (did you mean "linux/amd64"?)` for a text that is no platform, or nothing: half of a usual one names it too. */
export function platformHint(text: string): string {
  const whole = usual.find((platform) => platform.split('/').includes(text.toLowerCase()));
  return didYouMean(whole ?? text, usual);
}

const usual = ['linux/amd64', 'linux/arm64', 'linux/arm/v7', 'windows/amd64'];

/**
 * Whether an image of platform `offered` runs where `wanted` is asked for; no variant asked means any. Indexes write 64-bit ARM with
 * and without its only variant, `v8`: the two are one.
 */
export function satisfies(offered: Platform, wanted: Platform): boolean {
  return (
    offered.os === wanted.os &&
    offered.architecture === wanted.architecture &&
    (wanted.variant === undefined || variantOf(wanted) === variantOf(offered))
  );
}

function variantOf({ architecture, variant }: Platform): string | undefined {
  return architecture === 'arm64' ? (variant ?? 'v8') : variant;
}
