import { expect } from 'vitest';
import type { HoldScope } from '../../src/release/hold-entry.ts';
import { carryOut } from '../../src/run/orders/carry-out.ts';
import { drawHold, type HoldOrder } from '../../src/run/orders/hold.ts';
import { drawLift } from '../../src/run/orders/lift.ts';
import type { Drawn, OrderResult, Scene } from '../../src/run/orders/model.ts';
import { drawRelease, type ReleaseOrder } from '../../src/run/orders/release.ts';
import { drawRollback, type RollbackOrder } from '../../src/run/orders/rollback.ts';
import { git } from '../git/git.ts';
import { Stage, web } from './stage.ts';

export const ann = { name: 'Ann', email: 'ann@test.invalid' };
const nothing: HoldScope = { policies: [], paths: [], groups: [], environments: [] };

export async function order(
  on: Stage,
  draw: (scene: Scene) => Promise<Drawn>,
  dryRun = false,
): Promise<OrderResult> {
  return carryOut(on.ports, on.settings, on.memory, draw, { dryRun });
}

export async function hold(
  on: Stage,
  scope: Partial<HoldScope>,
  more: Partial<HoldOrder> = {},
): Promise<OrderResult> {
  const held = { scope: { ...nothing, ...scope }, reason: 'INC-7', author: ann, until: undefined, ...more };
  return order(on, (scene) => drawHold(held, scene));
}

export async function lift(on: Stage, scope: Partial<HoldScope>): Promise<OrderResult> {
  return order(on, (scene) =>
    drawLift({ scope: { ...nothing, ...scope }, reason: 'fixed', author: ann }, scene),
  );
}

export async function rollback(on: Stage, more: Partial<RollbackOrder> = {}): Promise<OrderResult> {
  const told = {
    policy: 'web',
    environment: undefined,
    to: undefined,
    overrides: [],
    reason: 'slow',
    author: ann,
  };
  return order(on, (scene) => drawRollback({ ...told, ...more }, scene));
}

export async function release(on: Stage, to: string, more: Partial<ReleaseOrder> = {}): Promise<OrderResult> {
  const told = { policy: 'web', environment: undefined, to, overrides: [], reason: 'asked', author: ann };
  return order(on, (scene) => drawRelease({ ...told, ...more }, scene));
}

export async function tag(on: Stage): Promise<string | undefined> {
  return /acme\/web:([^"@]+)/.exec(await on.file('prod/web.yaml'))?.[1];
}

/** 1.1.0 is released, and taken back by a person. @returns the commit before it */
export async function takeBack(on: Stage): Promise<string> {
  const from = git(on.path, 'rev-parse', 'main');
  const before = await on.file('prod/web.yaml');
  on.push('web', '1.1.0');
  await on.run();
  expect(await tag(on)).toBe('1.1.0');
  await on.commit({ 'prod/web.yaml': before }, 'Back\n');
  return from;
}

/** As when the registry is down. */
export function cut(on: Stage): void {
  on.ports = { ...on.ports, tags: { list: fail }, images: { digest: fail, inspect: fail } };
}

/** A stage with the policy `web` at 1.0.0. */
export async function openWeb(
  more = '',
  files: (image: Stage['image']) => Record<string, string> = () => ({}),
): Promise<Stage> {
  const opened = await Stage.open((image) => ({ ...web(image, more), ...files(image) }));
  opened.push('web', '1.0.0');
  return opened;
}

async function fail(): Promise<never> {
  throw new Error('the registry is down');
}
