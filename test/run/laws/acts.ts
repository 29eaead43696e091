import fc from 'fast-check';

/** `web` holds a tag; `api` a digest alone, in a kustomization. */
export const policies = ['web', 'api'] as const;
export type Name = (typeof policies)[number];

export const files = { web: 'prod/web.yaml', api: 'prod/kustomization.yaml' } as const;
export const versions = 8;

/** One thing that somebody does. What is not possible at that moment is left out. */
export type Act =
  | { readonly kind: 'run' | 'note' | 'restart' }
  | { readonly kind: 'push'; readonly name: Name; readonly to: number }
  | { readonly kind: 'release'; readonly name: Name; readonly to: number }
  | { readonly kind: 'rollback' | 'lift' | 'hold' | 'rename'; readonly name: Name }
  | Edit;

/** What people do with git itself. */
export type Edit =
  | { readonly kind: 'set' | 'merge' | 'squash'; readonly name: Name; readonly to: number }
  | { readonly kind: 'undo'; readonly name: Name };

const name = fc.constantFrom(...policies);
const to = fc.nat(versions - 1);
const some = <Kind extends Act['kind']>(...kinds: Kind[]): fc.Arbitrary<Kind> => fc.constantFrom(...kinds);

export const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: some('run') }) },
  { weight: 1, arbitrary: fc.record({ kind: some('note', 'restart') }) },
  { weight: 6, arbitrary: fc.record({ kind: some('push'), name, to }) },
  { weight: 4, arbitrary: fc.record({ kind: some('set', 'merge', 'squash', 'release'), name, to }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: some('undo', 'undo', 'rollback', 'rename', 'lift', 'hold'), name }),
  },
);
