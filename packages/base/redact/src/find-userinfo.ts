import { escapeBefore } from './escape.ts';
import { isSecret } from './keyed/value.ts';
import { beginsAsMask } from './mask.ts';
import { isApostrophe } from './quote.ts';
import type { Span } from './rule.ts';

const MAX_LENGTH = 1024;
const MAX_SCHEME_LENGTH = 32;
const ENDS = /[\s/?#"'`<>\\]/;
/** Schemes in which userinfo without a colon is a user name. In other schemes, such as those of `LLM_*` URLs, it is a token. */
const HAS_USERS =
  /^(?:git|hg|svn|bzr)?\+?(?:https?|wss?|ssh|git|s?ftps?|scp|rsync|file|postgres(?:ql)?|mysql|mariadb|mssql|sqlserver|oracle|mongodb|rediss?|valkeys?|memcached|amqps?|kafka|nats|mqtts?|smtps?|imaps?|pop3s?|ldaps?|sips?|xmpp|irc|telnet|rdp|vnc|smb|nfs|s3|gs|docker|clickhouse|cockroachdb|snowflake|cassandra|neo4j|bolt|elasticsearch|jdbc|vscode|svn|socks[45h]*|stun|turns?|rtsp|rtmp)(?:\+\w+)?$/i;
/** Matches a placeholder, such as `${USER}`, `<user>`, `{{user}}`, `***` and `%s`. */
const TEMPLATE = /^(?:\$\{?[A-Za-z_]|<|\{\{?[A-Za-z_.]+\}|\*+$|%s$)/;

/** Finds the secrets of `scheme://user:password@host` and `scheme://token@host`. */
export function findUserinfo(text: string, found: Span[]): void {
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    const start = at + 3;
    const end = endOfUserinfo(text, start);
    if (end === undefined) continue;
    const scheme = schemeBefore(text, at);
    // The context of the finding begins with the scheme.
    const from = at - scheme.length;
    const colon = text.slice(start, end).indexOf(':');
    const userEnd = colon === -1 ? end : start + colon;
    const user = text.slice(start, userEnd);
    const isToken = colon === -1 && !HAS_USERS.test(scheme) && user.length >= 3;
    // A user name that looks random is a token in every scheme.
    const isSecretUser = isSecret(user, 'perhaps', true);
    if ((isToken || isSecretUser) && !isTemplate(user)) add(found, start, userEnd, from);
    if (userEnd + 1 < end && !isTemplate(text.slice(userEnd + 1, end))) {
      add(found, userEnd + 1, end, from);
    }
  }
}

const add = (found: Span[], start: number, end: number, from: number): void => {
  found.push({ rule: 'url-userinfo', start, end, from });
};

const isTemplate = (value: string): boolean => TEMPLATE.test(value) || beginsAsMask(value);

/** Returns the offset of the last `@` before the path, because the password in a URL may contain `@`. */
function endOfUserinfo(text: string, start: number): number | undefined {
  let end: number | undefined;
  const last = Math.min(text.length, start + MAX_LENGTH);
  for (let at = start; at < last; at++) {
    const character = text.charAt(at);
    if (ENDS.test(character) && !isApostrophe(text, at, start)) break;
    if (character === '@') end = at;
  }
  return end;
}

function schemeBefore(text: string, at: number): string {
  let from = at;
  while (at - from < MAX_SCHEME_LENGTH && /[A-Za-z0-9+.-]/.test(text.charAt(from - 1))) {
    if (escapeBefore(text, from) !== undefined) break;
    from--;
  }
  return text.slice(from, at);
}
