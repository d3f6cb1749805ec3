import ts from 'typescript';
import { nodesOf, parse } from './syntax.ts';

/** Names with these endings are environment variables everywhere. */
const LOOKS_LIKE_A_VARIABLE =
  /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:KEY|TOKEN|SECRET|URL|HOST|ENDPOINT|REGION|ID)$/;
const VARIABLE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;

/**
 * Returns the environment variables that a source reads: in `keyEnv: [...]`, in a constant whose name ends with `Env` or
 * `_ENV`, in a call of `credentialSource`, or as `env['NAME']`. A string that looks like a variable for a credential also
 * counts.
 */
export function variablesOf(path: string, text: string): readonly string[] {
  const names = nodesOf(parse(path, text)).flatMap((node) => {
    if (!ts.isStringLiteralLike(node) || !VARIABLE.test(node.text)) return [];
    return LOOKS_LIKE_A_VARIABLE.test(node.text) || isRead(node) || isDeclared(node) ? [node.text] : [];
  });
  return [...new Set(names)];
}

/** Matches `env['NAME']` and `context.env['NAME']`. */
const isRead = (node: ts.StringLiteralLike): boolean =>
  ts.isElementAccessExpression(node.parent) && /\benv$/i.test(node.parent.expression.getText());

/** Matches `keyEnv: 'NAME'`, `const REGION_ENV = ['NAME']` and `credentialSource(apiKey, ['NAME'])`. */
const isDeclared = (node: ts.StringLiteralLike): boolean =>
  ts.findAncestor(node, (at) => {
    if (ts.isCallExpression(at)) return at.expression.getText() === 'credentialSource';
    return (
      (ts.isPropertyAssignment(at) || ts.isVariableDeclaration(at)) && /(?:Env|_ENV)$/.test(at.name.getText())
    );
  }) !== undefined;
