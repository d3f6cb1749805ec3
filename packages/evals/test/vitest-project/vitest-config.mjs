export default { test: { include: ['verdicts.ts'] } };
