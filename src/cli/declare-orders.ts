import type { Command } from 'commander';
import {
  answer,
  collect,
  configOptions,
  configured,
  required,
  text,
  type State,
  type Values,
} from './options.ts';

/** What a person tells Tallyman to do: commits with an intent, an author and a reason (product.md, 10). */
export function addOrderCommands(program: Command, state: State): void {
  addHold(program, state);
  addLift(program, state);
  addRollback(program, state);
  addRelease(program, state);
  addPromote(program, state);
}

function ordered(command: Command): Command {
  return configured(command)
    .option('--reason <text>', 'why; stands in the commit')
    .option('--author <who>', '"Name <email>" of the commit; default: as git knows you')
    .option('--dry-run', 'show the commit and make none');
}

function addHold(program: Command, state: State): void {
  scoped(ordered(program.command('hold').description('stop releases, by a commit to .tallyman/holds.yaml')))
    .option(
      '--until <time>',
      'when it ends: 48h, 2026-11-24 (with that day) or 2026-11-24T08:00Z; default: when it is lifted',
    )
    .action((policy: string | undefined, values: Values) =>
      answer('hold', values, state, async () => {
        const options = { ...scopeOptions('hold', policy, values), until: text(values['until']) };
        return (await import('./commands/order.ts')).holdCommand(options, state.context);
      }),
    );
}

function addLift(program: Command, state: State): void {
  scoped(
    ordered(program.command('lift').description('end a hold, and let what was taken back be released again')),
  ).action((policy: string | undefined, values: Values) =>
    answer('lift', values, state, async () =>
      (await import('./commands/order.ts')).liftCommand(scopeOptions('lift', policy, values), state.context),
    ),
  );
}

function addRollback(program: Command, state: State): void {
  ordered(program.command('rollback').description('back to what the fields of a policy held before'))
    .argument('<policy>', 'name of the policy')
    .option(
      '--to <tag>',
      'a tag that they held before; default: the value before the present one that was not taken back',
    )
    .option('--environment <name>', 'only the fields in this environment')
    .option('--override <names>', 'what may not stop it: hold', collect)
    .action((policy: string, values: Values) =>
      answer('rollback', values, state, async () => {
        const options = { ...moveOptions('rollback', policy, values), to: text(values['to']) };
        return (await import('./commands/order.ts')).rollbackCommand(options, state.context);
      }),
    );
}

function addRelease(program: Command, state: State): void {
  ordered(program.command('release').description('release one given tag that exists'))
    .argument('<policy>', 'name of the policy')
    .option('--to <tag>', 'the tag')
    .option('--environment <name>', 'only the fields in this environment')
    .option(
      '--override <names>',
      'what may not stop it, recorded: hold, schedule, freeze, paused, minAge, platforms',
      collect,
    )
    .action((policy: string, values: Values) =>
      answer('release', values, state, async () => {
        const to = required(text(values['to']), '--to TAG', 'release');
        const options = { ...moveOptions('release', policy, values), to };
        return (await import('./commands/order.ts')).releaseCommand(options, state.context);
      }),
    );
}

function addPromote(program: Command, state: State): void {
  ordered(
    program
      .command('promote')
      .description('what the source of a promotion holds, without waiting until it soaked'),
  )
    .argument('<policy>', 'name of the policy that promotes')
    .option('--environment <name>', 'only the fields in this environment')
    .option(
      '--override <names>',
      'what may not stop it, recorded: hold, schedule, freeze, paused, minAge, platforms',
      collect,
    )
    .action((policy: string, values: Values) =>
      answer('promote', values, state, async () => {
        const options = moveOptions('promote', policy, values);
        return (await import('./commands/order.ts')).promoteCommand(options, state.context);
      }),
    );
}

function scoped(command: Command): Command {
  return command
    .argument('[policy]', 'name of the policy')
    .option('--group <name>', 'a group', collect)
    .option('--path <glob>', 'files, or a folder', collect)
    .option('--environment <name>', 'an environment; with a policy: only there', collect);
}

function orderOptions<Policy extends string | undefined>(command: string, policy: Policy, values: Values) {
  const reason = required(text(values['reason']), '--reason TEXT', command);
  const author = text(values['author']);
  return { ...configOptions(values), policy, reason, author, dryRun: values['dryRun'] === true };
}

function scopeOptions(command: string, policy: string | undefined, values: Values) {
  return {
    ...orderOptions(command, policy, values),
    groups: list(values['group']),
    paths: list(values['path']),
    environments: list(values['environment']),
  };
}

function moveOptions(command: string, policy: string, values: Values) {
  return {
    ...orderOptions(command, policy, values),
    environment: text(values['environment']),
    overrides: list(values['override']),
  };
}

function list(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
