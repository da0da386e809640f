/** Migration 1: the tables of the first release. Times are milliseconds since the epoch. */
import type { Migration } from './migration.ts'

export const first: Migration = {
  version: 1,
  sqlite: `
    create table meta (
      key   text primary key,
      value text not null
    ) strict, without rowid;

    create table passwords (
      id          text primary key,
      record      text not null,
      memory      integer not null,
      iterations  integer not null,
      parallelism integer not null,
      changed_at  integer not null
    ) strict;

    create table sessions (
      number         integer primary key,
      id             text not null unique,
      token_hash     text not null unique,
      principal      text not null,
      created_at     integer not null,
      last_active_at integer not null,
      ends_at        integer not null,
      address        text not null,
      user_agent     text not null,
      ended_at       integer,
      ended          text,
      check ((ended_at is null) = (ended is null))
    ) strict;
    create index sessions_open on sessions (created_at, number) where ended_at is null;

    -- A configured interval need not be a whole number of milliseconds.
    create table paces (
      key     text primary key,
      arrival real not null
    ) strict, without rowid;

    create table spent (
      id         text primary key,
      expires_at integer not null
    ) strict, without rowid;

    create table segments (
      number    integer primary key,
      id        text not null unique,
      opened_at integer not null,
      count     integer not null,
      head      text not null,
      pruned_at integer
    ) strict;
  `,
}
