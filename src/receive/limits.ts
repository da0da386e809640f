/** Sizes and times that hold for either version of HTTP. */

/** A client that drips its header is cut after this, give or take the checking interval. */
export const headerDeadline = 10_000
export const checkingInterval = 2_000
export const idleDeadline = 30_000
/** Whoever gets a refusal written to the bare socket, or is sent away, has this long to take it. */
export const farewellMs = 2_000
export const headerBytes = 16 * 1024
export const headerFields = 100
