/** Migration 3: roles and attributes of users, roles of tokens. */
import type { Migration } from './migration.ts'

export const roles: Migration = {
  version: 3,
  sqlite: `
    -- JSON: they are read and written as a whole, and asked for by nobody but the one who has them.
    alter table users add column roles text not null default '[]' check (json_type(roles) = 'array');
    alter table users add column attributes text not null default '{}' check (json_type(attributes) = 'object');
    alter table tokens add column roles text check (roles is null or json_type(roles) = 'array');
  `,
}
