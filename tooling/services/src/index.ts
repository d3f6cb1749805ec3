export { foundBinaryOf, missing } from './binaries.ts';
export { describeWith } from './describe-with.ts';
export { freePorts } from './free-ports.ts';
export { startMiniflare, type Miniflare, type WorkerOptions } from './miniflare.ts';
export { startPostgres, type Postgres } from './postgres.ts';
export { startRedisCluster, type RedisCluster } from './redis-cluster.ts';
export { startRedis, type Redis, type RedisServerOptions } from './redis.ts';
export { startRestate, type Restate } from './restate.ts';
export type { Server } from './server.ts';
