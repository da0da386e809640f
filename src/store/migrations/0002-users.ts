/** Migration 2: users, their invitations and API tokens, failures in a row; sessions and passwords of an account. */
import type { Migration } from './migration.ts'

export const users: Migration = {
  version: 2,
  sqlite: `
    create table users (
      id            text primary key,
      name          text not null unique,
      created_at    integer not null,
      last_login_at integer,
      disabled_at   integer
    ) strict, without rowid;

    -- Before this migration there was one account, and its sessions were those of the password that stands.
    alter table sessions rename column principal to account;
    alter table sessions add column username text;
    alter table sessions add column password_at integer not null default 0;
    update sessions set
      account = 'shared',
      password_at = coalesce((select changed_at from passwords where id = 'shared'), 0);
    create index sessions_of_account on sessions (account) where ended_at is null;

    create table invitations (
      hash       text primary key,
      user       text not null,
      purpose    text not null check (purpose in ('join', 'reset')),
      created_at integer not null,
      expires_at integer not null,
      used_at    integer,
      revoked_at integer,
      check (used_at is null or revoked_at is null)
    ) strict, without rowid;
    create unique index invitations_of_user on invitations (user) where used_at is null and revoked_at is null;

    -- The row outlives its user: whoever reads the list learns that it was revoked, and when.
    create table tokens (
      number       integer primary key,
      id           text not null unique,
      hash         text not null unique,
      name         text not null,
      user         text,
      created_at   integer not null,
      expires_at   integer,
      last_used_at integer,
      revoked_at   integer
    ) strict;
    create index tokens_of_user on tokens (user) where user is not null and revoked_at is null;

    create table failures (
      key     text primary key,
      count   integer not null check (count > 0),
      last_at integer not null
    ) strict, without rowid;
  `,
}
