/** Kind of text that a rule applies to: `all` (any text), `context` (also project files) or `strict` (only untrusted files). */
export type Scope = 'all' | 'context' | 'strict';

/** Sequence of steps, each with alternative words. At most `gap` other words may separate two steps. */
export interface SequenceRule {
  readonly id: string;
  readonly scope: Scope;
  readonly steps: readonly (readonly string[])[];
  readonly gap: number;
}

const words = (text: string): readonly string[] => text.split(' ');
const rule = (id: string, scope: Scope, gap: number, ...steps: readonly string[]): SequenceRule => ({
  id,
  scope,
  gap,
  steps: steps.map(words),
});

/** Rules whose words may be classes such as `$secret` and `$key-file`, which `classesAt` returns. */
export const SEQUENCES: readonly SequenceRule[] = [
  rule(
    'ignore-instructions',
    'all',
    4,
    'ignore disregard forget override bypass',
    'previous prior above earlier preceding existing',
    'instructions instruction rules prompt prompts guidelines directions',
  ),
  rule(
    'ignore-instructions',
    'all',
    3,
    'ignore disregard forget',
    'all any',
    'instructions prompts guidelines',
  ),
  rule('ignore-instructions', 'all', 1, 'ignore disregard forget', 'everything all anything', 'above'),
  rule('ignore-instructions', 'all', 0, 'disregard forget', 'the', 'above'),
  rule(
    'ignore-your-rules',
    'all',
    2,
    'ignore disregard forget',
    'your',
    'instructions instruction rules guidelines training',
  ),
  rule(
    'forget-conversation',
    'all',
    4,
    'forget ignore disregard',
    'everything all anything',
    'told said instructed',
    'before previously above earlier',
  ),
  rule('forget-conversation', 'all', 3, 'forget ignore disregard', 'what', 'told instructed'),
  rule('prompt-override', 'context', 1, 'system', 'override'),
  rule('prompt-override', 'all', 2, 'override replace', 'your', 'system', 'prompt instructions'),
  rule('new-system-prompt', 'all', 3, 'new updated revised', 'system', 'prompt instructions message'),
  rule('no-restrictions', 'all', 4, 'act behave respond pretend', 'as', 'if though', 'no without', 'limits'),
  rule(
    'no-restrictions',
    'all',
    4,
    'act behave respond pretend',
    'as be you',
    'no without',
    'restrictions rules filters guidelines',
  ),
  rule('role-hijack', 'all', 3, 'from', 'now', 'on', 'obey'),
  rule('role-hijack', 'all', 3, 'you', 'are', 'now', 'unrestricted jailbroken uncensored dan evil'),
  rule(
    'leak-prompt',
    'all',
    4,
    'reveal print output repeat show disclose leak',
    'your',
    'system initial hidden secret',
    'prompt instructions message',
  ),
  rule('hide-from-user', 'all', 5, 'not never don', 'tell inform mention reveal show', 'user users human'),
  rule('hide-from-user', 'all', 2, 'without', 'informing telling notifying', 'user users human'),
  rule('hide-from-user', 'all', 2, 'hide conceal', 'this it that', 'from', 'user users human'),
  rule('hide-from-user', 'all', 3, 'keep', 'this it that', 'hidden secret', 'from', 'user users human'),
  rule('translate-and-execute', 'all', 6, 'translate decode decrypt', 'and then', 'execute run follow obey'),
  rule(
    'fake-update',
    'all',
    4,
    'your',
    'instructions rules guidelines',
    'have were',
    'been updated changed replaced',
  ),
  rule(
    'pretend',
    'context',
    4,
    'pretend',
    'you',
    'are',
    'not unrestricted unfiltered uncensored human root admin administrator',
  ),
  rule(
    'node-registration',
    'context',
    4,
    'register enroll',
    'this yourself',
    'node agent machine',
    'with to at',
    'server c2 controller endpoint',
  ),
  rule('heartbeat', 'context', 5, 'send post', 'heartbeat beacon', 'every to'),
  rule(
    'task-pull',
    'context',
    5,
    'fetch pull poll request',
    'tasks commands orders',
    'from',
    'server c2 controller endpoint $url',
  ),
  rule(
    'anti-forensic',
    'context',
    5,
    'delete clear erase wipe',
    'logs log history traces evidence',
    'afterwards after so before then',
  ),
  rule('unset-agent-environment', 'context', 2, 'unset', '$agent-variable'),
  rule('send-secrets', 'context', 12, 'curl wget nc', '$secret $sent-file'),
  rule('read-secrets', 'context', 3, 'cat less head tail cp scp', '$key-file'),
  rule('send-to-url', 'strict', 8, 'send post upload submit forward', '$url'),
  rule(
    'leak-context',
    'strict',
    6,
    'send post upload include forward',
    'conversation transcript context chat',
    'to in',
  ),
  rule('authorized-keys', 'strict', 0, '$authorized-keys'),
  rule('ssh-folder', 'strict', 0, '$ssh'),
  rule('edit-agent-config', 'strict', 5, 'edit modify write append change add', '$agent-file'),
];

const NONE: readonly string[] = [];

/** Matches the characters before the name of a file that a command sends, as in `-d @.env`, `--post-file=.env`, `< .env`. */
const SENDS = /(?:@|<\s?|-t\s?|(?:post|upload)-file[= ])$/i;

/** Returns the classes of a word that follows these characters. */
export function classesAt(word: string, before: string): readonly string[] {
  const classes = classesOf(word);
  return classes.includes('$key-file') && SENDS.test(before) ? [...classes, '$sent-file'] : classes;
}

function classesOf(word: string): readonly string[] {
  if (!/[$./~_]/.test(word)) return NONE;
  if (word.startsWith('$')) {
    const name = word.replace(/^\$\{?/, '');
    if (/key|token|secret|passw/.test(name)) return ['$secret'];
    return AGENT.test(name) ? ['$agent-variable'] : [];
  }
  if (/^https?:\/\//.test(word)) return ['$url'];
  if (AGENT.test(word)) return ['$agent-variable'];
  if (!/[./~]/.test(word)) return [];
  if (word.includes('authorized_keys')) return ['$authorized-keys', '$key-file'];
  if (/(?:^|[/~])\.ssh(?:\/|$)/.test(word)) return ['$ssh', '$key-file'];
  if (/(?:^|\/)\.(?:env|netrc|npmrc|pgpass)$|(?:^|\/)\.aws\/credentials$|id_(?:rsa|ed25519)$/.test(word))
    return ['$key-file'];
  return /(?:^|\/)(?:agents|claude|soul|hermes)\.md$|\.cursorrules$|\.majordomo\.md$/.test(word)
    ? ['$agent-file']
    : [];
}

/** Matches the name of an environment variable of an agent, such as `claude_config_dir`. */
const AGENT = /^(?:majordomo|hermes|claude|openai|anthropic|gemini)_[a-z_]+$/;
