/** What `npm run check:supply` lets in. Each exception carries its reason; one that nothing needs any more is a finding. */

/** Licences of what is shipped beside or inside sekisho (Apache-2.0): permissive ones that ask for no more than a notice. */
export const runTimeLicences = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'] as const

/** Run-time packages of which two major versions are locked. */
export const acceptedDuplicates: Readonly<Record<string, string>> = {
  '@noble/hashes':
    'pkijs (under @peculiar/x509, for self-signed certificates) still asks for 1.x, age-encryption for 2.x; no code is shared.',
  tslib: 'tsyringe (under @peculiar/x509) still asks for 1.x; helpers of compiled TypeScript without state.',
}
