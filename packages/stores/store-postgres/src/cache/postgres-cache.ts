import type { CacheStore } from '@majordomo/cache';
import { fromJson, toJson, type JsonValue } from '@majordomo/core';
import { toStoredText } from '@majordomo/core/toolkit';
import type { Connection } from '../client/connection.ts';

const KEY = `sha256(convert_to($1::text, 'UTF8'))`;

export function postgresCache(connection: Connection): CacheStore {
  const { schema } = connection;
  return {
    async get(key) {
      const [row] = await connection.query(
        `SELECT value FROM ${schema}.cache WHERE key = ${KEY} AND (until IS NULL OR until > ${schema}.now_ms())`,
        [toStoredText(key)],
      );
      if (row === undefined) return undefined;
      return fromJson<{ readonly value: unknown }>(JSON.parse(row['value'] ?? '') as JsonValue).value;
    },
    async set(key, value, ttlMs) {
      const ttl = ttlMs === undefined || ttlMs === Infinity ? null : `${Math.max(1, Math.ceil(ttlMs))}`;
      await connection.query(
        `INSERT INTO ${schema}.cache (key, value, until)
         VALUES (${KEY}, $2::text, ${schema}.now_ms() + $3::text::bigint)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, until = excluded.until`,
        [toStoredText(key), JSON.stringify(toJson({ value })), ttl],
      );
      return true;
    },
    async delete(key) {
      const rows = await connection.query(
        `DELETE FROM ${schema}.cache WHERE key = ${KEY} RETURNING '' AS deleted`,
        [toStoredText(key)],
      );
      return rows.length > 0;
    },
  };
}
