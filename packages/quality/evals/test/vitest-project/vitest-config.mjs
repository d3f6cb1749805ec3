export default { test: { include: ['verdicts.ts'], cache: false } };
