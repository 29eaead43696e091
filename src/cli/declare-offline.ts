import { Option, type Command } from 'commander';
import {
  answer,
  collect,
  configOptions,
  configured,
  limit,
  output,
  required,
  text,
  type State,
  type Values,
} from './options.ts';

/** What asks no registry and no repository. */
export function addOfflineCommands(program: Command, state: State): void {
  addLint(program, state);
  addElect(program, state);
  addEdit(program, state);
  addConvert(program, state);
  output(program.command('schema').description('print the JSON Schema of a file that users write'))
    .argument('[name]', 'imagepolicy or config')
    .action((name: string | undefined, values: Values) =>
      answer('schema', values, state, async () => (await import('./commands/schema.ts')).schemaCommand(name)),
    );
}

function addLint(program: Command, state: State): void {
  configured(
    program.command('lint').description('every policy, annotation and marker of a checkout, accounted for'),
  )
    .option('--dir <dir>', 'the checkout', '.')
    .addOption(
      new Option('--fail-on <what>', 'what gives exit code 1: problems, or advice too')
        .choices(['problems', 'advice'])
        .default('problems'),
    )
    .action((values: Values) =>
      answer('lint', values, state, async () => {
        const failOn = values['failOn'] === 'advice' ? 'advice' : 'problems';
        const options = { ...configOptions(values), dir: String(values['dir']), failOn } as const;
        return (await import('./commands/lint.ts')).lintCommand(options, state.context);
      }),
    );
}

function addElect(program: Command, state: State): void {
  output(program.command('elect').description('offline: one policy over a list of tags'))
    .option('--policy <file>', 'the policy (required)')
    .option(
      '--tags <file>',
      'lines of TAG[<tab>CREATED[<tab>DIGEST[<tab>PLATFORMS]]]; default: standard input',
    )
    .option('--name <name>', 'which policy, where the file holds several')
    .option('--current <tag>', 'what is there now')
    .option('--now <time>', 'such as 2026-11-01T09:30Z; default: the clock')
    .addOption(limit(8))
    .action((values: Values) =>
      answer('elect', values, state, async () => {
        const [tags, name, current, now] = ['tags', 'name', 'current', 'now'].map((key) => text(values[key]));
        const policy = required(text(values['policy']), '--policy FILE', 'elect');
        const options = { policy, tags, name, current, now, limit: Number(values['limit']) };
        return (await import('./commands/elect.ts')).electCommand(options, state.context);
      }),
    );
}

function addEdit(program: Command, state: State): void {
  configured(program.command('edit').description('offline: rewrite as if these were elected; prints a diff'))
    .option('--dir <dir>', 'the checkout (required)')
    .option('--set <policy=ref>', 'a policy and what it elects; may be repeated', collect)
    .option(
      '--images <file>',
      'a JSON object from policy name (ns:name for Flux 2 markers) to repo:tag[@digest]',
    )
    .option('--write', 'write the files')
    .action((values: Values) =>
      answer('edit', values, state, async () => {
        const set = (values['set'] ?? []) as readonly string[];
        const dir = required(text(values['dir']), '--dir DIR', 'edit');
        const [write, diffs] = [values['write'] === true, values['output'] !== 'json'];
        const options = { dir, set, images: text(values['images']), write, diffs };
        return (await import('./commands/edit.ts')).editCommand(
          { ...configOptions(values), ...options },
          state.context,
        );
      }),
    );
}

function addConvert(program: Command, state: State): void {
  output(
    program.command('convert').description("other tools' files to ours, offline; prints a diff and a report"),
  )
    .option('--dir <dir>', 'the checkout (required)')
    .option('--rendered <file>', 'output of kustomize build, for objects of Flux 2 that are patched')
    .option('--write', 'write the files')
    .action((values: Values) =>
      answer('convert', values, state, async () => {
        const dir = required(text(values['dir']), '--dir DIR', 'convert');
        const options = { dir, rendered: text(values['rendered']), write: values['write'] === true };
        return (await import('./commands/convert.ts')).convertCommand(options, state.context);
      }),
    );
}
