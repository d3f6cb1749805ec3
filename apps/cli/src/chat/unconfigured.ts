import { configuredIds } from '../backends/configured.ts';
import { loadSettings, type Settings } from '../config/settings.ts';
import { EXIT, type ExitCode } from '../program/exit.ts';
import { isPerson, type Io } from '../program/io.ts';
import { painter } from '../terminal/paint.ts';

/** Explains how to configure a model, and offers the demo on a terminal. */
export async function unconfigured(settings: Settings, io: Io): Promise<ExitCode> {
  const ids = await configuredIds(settings);
  const paint = painter(io.stderr);
  const lines =
    ids.length === 0
      ? [
          'No model is configured, and no key was found.',
          'Set a key, such as OPENAI_API_KEY, then: majordomo chat openai/<model> "hello"',
          'Try it without a key: majordomo demo',
        ]
      : [
          `No model is configured. Configured providers: ${ids.join(', ')}.`,
          `Pass a model: majordomo chat ${ids[0] ?? 'openai'}/<model> "hello"; majordomo models lists all.`,
          'Set a default with MAJORDOMO_MODEL, or with `model` in majordomo.config.json.',
        ];
  io.stderr.write(`${paint('bold', lines[0] ?? '')}\n${lines.slice(1).join('\n')}\n`);
  if (ids.length > 0 || !isPerson(io)) return EXIT.usage;
  const yes = await io.confirm('Run the demo now?');
  if (yes === undefined) return EXIT.interrupted;
  if (yes !== true) return EXIT.usage;
  const { demo } = await import('../demo/demo.ts');
  return demo(undefined, {}, io);
}

/**
 * Implements `majordomo` without arguments. Explains the first steps if nothing is configured. Returns `undefined` if the help is
 * to be printed instead.
 */
export async function welcome(io: Io): Promise<ExitCode | undefined> {
  const settings = await loadSettings(io);
  const ids = await configuredIds(settings);
  return ids.length === 0 && settings.model === undefined ? unconfigured(settings, io) : undefined;
}
