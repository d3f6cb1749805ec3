import { beginsAsMask } from './mask.ts';
import type { SecretRule, Span } from './rule.ts';

/**
 * Rules for credentials that follow a known word, such as `Bearer`, `--user` or `ENV`. `PLACE` of `escape.ts` lists the first words of
 * the rules that begin with a word, so that these rules match after an escape, too.
 */
export const PLACE_RULES: readonly SecretRule[] = [
  {
    id: 'bearer-or-basic',
    // In prose, an ordinary word follows "basic". A credential has a digit or an inner capital, or is long.
    pattern:
      /\b(?:[Bb]earer|BEARER|[Bb]asic|BASIC)[ \t]{1,4}((?=[A-Za-z._~+/=-]{0,64}(?:\d|[a-z][A-Z])|[A-Za-z._~+/=-]{24})[A-Za-z0-9._~+/=-]{8,})/,
    group: 1,
    source: 'RFC 6750 and RFC 7617',
  },
  {
    // curl -u name:secret
    id: 'user-option',
    pattern: /[ \t](?:-u|--user)[ \t=]{1,2}["']?[^\s:"'$<\\]{1,64}:([^\s"'$<\\]{4,})/,
    group: 1,
    source: 'curl.se/docs/manpage.html, read 2026-11-20',
  },
  {
    // machine example.com login name password secret
    id: 'netrc-password',
    pattern: /\blogin[ \t]{1,4}[^\s]{1,64}[ \t]{1,4}password[ \t]{1,4}([^\s"'\\]{4,})/,
    group: 1,
    source: 'everything.curl.dev/usingcurl/netrc.html, read 2026-11-20',
  },
  {
    // mysqldump -u root -psecret
    id: 'mysql-password',
    pattern: /\b(?:mysql|mariadb)[a-z-]{0,12}[ \t](?:[^\n|;&]{0,100}?[ \t])?-p["']?([^\s"'$<\\]{3,})/,
    group: 1,
    source: 'dev.mysql.com/doc/refman/8.4/en/connection-options.html, read 2026-11-23',
  },
  {
    // sshpass -p secret
    id: 'sshpass-password',
    pattern: /\bsshpass[ \t]{1,4}-p[ \t]{0,4}["']?([^\s"'$<\\]{3,})/,
    group: 1,
    source: 'man page of sshpass 1.10, read 2026-11-23',
  },
  {
    // ENV API_KEY secret
    id: 'dockerfile-env',
    pattern:
      /^[ \t]*(?:ENV|ARG)[ \t]{1,4}[A-Z0-9_]{0,40}(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY)[ \t]{1,4}["']?([^\s"'$<\\=]{4,})/m,
    group: 1,
    source: 'docs.docker.com/reference/dockerfile, read 2026-11-23',
  },
  {
    id: 'okta-token',
    pattern: /\bSSWS[ \t]{1,4}(00[A-Za-z0-9_-]{40})/,
    group: 1,
    source: 'developer.okta.com/docs/reference/core-okta-api, read 2026-11-23',
  },
];

/** Compiled copy of a rule, because matching would change `lastIndex` of the application's regular expression. */
export interface CompiledRule {
  readonly id: string;
  readonly pattern: RegExp;
  readonly group: number;
}

export function compileRules(rules: readonly SecretRule[]): readonly CompiledRule[] {
  return rules.flatMap(({ id, pattern, group = 0 }) => {
    const flags = `${pattern.flags.replaceAll(/[gyd]/g, '')}gd`;
    return [{ id, group, pattern: new RegExp(pattern.source, flags) }];
  });
}

export function findPatterns(text: string, rules: readonly CompiledRule[], found: Span[]): void {
  for (const { id, pattern, group } of rules) {
    for (const match of text.matchAll(pattern)) {
      // A match in which the group is absent is masked completely.
      const [start, end] = match.indices?.[group] ?? match.indices?.[0] ?? [0, 0];
      if (end > start && !beginsAsMask(text.slice(start))) {
        found.push({ rule: id, start, end, from: match.index });
      }
    }
  }
}
