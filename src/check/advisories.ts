/** Published advisories about Gradio that name the versions concerned. Upkeep: docs/operate/check.md. */
import type { Severity } from './check.ts'

export interface Advisory {
  /** The CVE, or the database's own id where there is none. */
  readonly id: string
  readonly ghsa?: string
  /** First version concerned; all from the beginning when absent. */
  readonly from?: string
  /** The version with the fix… */
  readonly before?: string
  /** … or, where the source names no fix, the last version known to be concerned. */
  readonly upTo?: string
  readonly severity: Severity
  readonly summary: string
  readonly source: string
}

/** When the sources were last read through, as YYYY-MM-DD. */
export const advisoriesDate = '2026-11-22'

const gradio = (ghsa: string) => `https://github.com/gradio-app/gradio/security/advisories/${ghsa}`
const reviewed = (ghsa: string) => `https://github.com/advisories/${ghsa}`
const osv = (id: string) => `https://osv.dev/vulnerability/${id}`

export const advisories: readonly Advisory[] = [
  {
    id: 'CVE-2021-43831',
    ghsa: 'GHSA-rhq2-3vr9-6mcr',
    before: '2.5.0',
    severity: 'high',
    summary: 'any file of the host can be read',
    source: gradio('GHSA-rhq2-3vr9-6mcr'),
  },
  {
    id: 'CVE-2022-24770',
    ghsa: 'GHSA-f8xq-q7px-wg8c',
    before: '2.8.11',
    severity: 'medium',
    summary: 'flagged inputs become formulas in a CSV file',
    source: gradio('GHSA-f8xq-q7px-wg8c'),
  },
  {
    id: 'CVE-2023-25823',
    ghsa: 'GHSA-3x5j-9vwr-8rr5',
    before: '3.13.1',
    severity: 'medium',
    summary: 'share links hand out a private SSH key',
    source: gradio('GHSA-3x5j-9vwr-8rr5'),
  },
  {
    id: 'CVE-2023-34239',
    ghsa: 'GHSA-3qqg-pgqq-3695',
    before: '3.34.0',
    severity: 'high',
    summary: 'the file and proxy routes reach files and addresses that they should not',
    source: gradio('GHSA-3qqg-pgqq-3695'),
  },
  {
    id: 'CVE-2024-0964',
    ghsa: 'GHSA-f3h9-8phc-6gvh',
    before: '4.9.0',
    severity: 'high',
    summary: 'files of the host can be read through values of a call',
    source: reviewed('GHSA-f3h9-8phc-6gvh'),
  },
  {
    id: 'CVE-2023-51449',
    ghsa: 'GHSA-6qm2-wpxq-7qh2',
    before: '4.11.0',
    severity: 'high',
    summary: 'path traversal in the file route',
    source: gradio('GHSA-6qm2-wpxq-7qh2'),
  },
  {
    id: 'CVE-2023-6572',
    ghsa: 'GHSA-gqvf-3hgp-5hxv',
    before: '4.14.0',
    severity: 'high',
    summary: 'command injection',
    source: osv('PYSEC-2023-255'),
  },
  {
    id: 'CVE-2024-1561',
    before: '4.13.0',
    severity: 'high',
    summary: 'methods of components that are no server functions can be called',
    source: osv('PYSEC-2026-1407'),
  },
  {
    id: 'CVE-2024-1727',
    ghsa: 'GHSA-48cq-79qq-6f7x',
    before: '4.19.2',
    severity: 'medium',
    summary: 'pages of other sites reach apps that run locally',
    source: reviewed('GHSA-48cq-79qq-6f7x'),
  },
  {
    id: 'CVE-2024-1728',
    ghsa: 'GHSA-m842-4qm8-7gpq',
    before: '4.19.2',
    severity: 'high',
    summary: 'files of the host can be read through upload buttons',
    source: reviewed('GHSA-m842-4qm8-7gpq'),
  },
  {
    id: 'CVE-2024-1729',
    ghsa: 'GHSA-hmx6-r76c-85g9',
    before: '4.19.2',
    severity: 'medium',
    summary: "the login's answer time helps to guess passwords",
    source: gradio('GHSA-hmx6-r76c-85g9'),
  },
  {
    id: 'CVE-2024-34510',
    before: '4.20',
    severity: 'high',
    summary: 'credentials leak on Windows',
    source: osv('CVE-2024-34510'),
  },
  {
    id: 'CVE-2024-4941',
    ghsa: 'GHSA-6v6g-j5fq-hpvw',
    before: '4.31.3',
    severity: 'high',
    summary: 'files of the host can be read through JSON outputs',
    source: reviewed('GHSA-6v6g-j5fq-hpvw'),
  },
  {
    id: 'PYSEC-2026-1414',
    upTo: '4.36.1',
    severity: 'medium',
    summary: 'open redirect',
    source: osv('PYSEC-2026-1414'),
  },
  {
    id: 'PYSEC-2026-1408',
    upTo: '4.42.0',
    severity: 'medium',
    summary: 'the server fetches addresses of its own network (SSRF) for DownloadButton',
    source: osv('PYSEC-2026-1408'),
  },
  {
    id: 'CVE-2024-47084',
    ghsa: 'GHSA-3c67-5hwx-f6wx',
    before: '4.44.0',
    severity: 'high',
    summary: 'the origin is not checked when a cookie is present',
    source: gradio('GHSA-3c67-5hwx-f6wx'),
  },
  {
    id: 'CVE-2024-47166',
    ghsa: 'GHSA-37qc-qgx6-9xjv',
    before: '4.44.0',
    severity: 'medium',
    summary: 'source of custom components can be read',
    source: reviewed('GHSA-37qc-qgx6-9xjv'),
  },
  {
    id: 'CVE-2024-47869',
    ghsa: 'GHSA-j757-pf57-f8r4',
    before: '4.44.0',
    severity: 'medium',
    summary: 'answer times help to guess the address of the usage figures',
    source: reviewed('GHSA-j757-pf57-f8r4'),
  },
  {
    id: 'CVE-2024-47164',
    ghsa: 'GHSA-77xq-6g77-h274',
    before: '5.0.0',
    severity: 'low',
    summary: 'the check that a file lies in a folder can be bypassed',
    source: gradio('GHSA-77xq-6g77-h274'),
  },
  {
    id: 'CVE-2024-47165',
    ghsa: 'GHSA-89v2-pqfv-c5r9',
    before: '5.0.0',
    severity: 'medium',
    summary: 'the origin null is accepted',
    source: gradio('GHSA-89v2-pqfv-c5r9'),
  },
  {
    id: 'CVE-2024-47167',
    ghsa: 'GHSA-576c-3j53-r9jj',
    before: '5.0.0',
    severity: 'high',
    summary: 'the server fetches addresses of its own network (SSRF) for file inputs',
    source: gradio('GHSA-576c-3j53-r9jj'),
  },
  {
    id: 'CVE-2024-47867',
    ghsa: 'GHSA-8c87-gvhj-xm8m',
    before: '5.0.0',
    severity: 'medium',
    summary: 'the program for share links is downloaded without a check',
    source: gradio('GHSA-8c87-gvhj-xm8m'),
  },
  {
    id: 'CVE-2024-47868',
    ghsa: 'GHSA-4q3c-cj7g-jcwf',
    before: '5.0.0',
    severity: 'high',
    summary: 'several components hand out files that they should not',
    source: gradio('GHSA-4q3c-cj7g-jcwf'),
  },
  {
    id: 'CVE-2024-47870',
    ghsa: 'GHSA-xh2x-3mrm-fwqm',
    before: '5.0.0',
    severity: 'high',
    summary: 'one request can lead the browsers of others to another server',
    source: reviewed('GHSA-xh2x-3mrm-fwqm'),
  },
  {
    id: 'CVE-2024-47871',
    ghsa: 'GHSA-279j-x4gx-hfrh',
    before: '5.0.0',
    severity: 'high',
    summary: 'share links travel without encryption between app and server',
    source: gradio('GHSA-279j-x4gx-hfrh'),
  },
  {
    id: 'CVE-2024-47872',
    before: '5.0.0',
    severity: 'medium',
    summary: 'uploaded HTML, JavaScript and SVG files run in the browsers of others',
    source: osv('CVE-2024-47872'),
  },
  {
    id: 'CVE-2024-12217',
    ghsa: 'GHSA-prpg-p95c-32fv',
    upTo: '5.0.1',
    severity: 'medium',
    summary: 'blocked paths can be read on Windows',
    source: osv('PYSEC-2026-1418'),
  },
  {
    id: 'CVE-2024-51751',
    ghsa: 'GHSA-rhm9-gp5p-5248',
    from: '5.0.0',
    before: '5.5.0',
    severity: 'medium',
    summary: 'files of the host can be read through File and UploadButton',
    source: reviewed('GHSA-rhm9-gp5p-5248'),
  },
  {
    id: 'CVE-2025-23042',
    ghsa: 'GHSA-j2jg-fq62-7c3h',
    before: '5.11.0',
    severity: 'high',
    summary: 'blocked paths can be read by another spelling on Windows and macOS',
    source: reviewed('GHSA-j2jg-fq62-7c3h'),
  },
  {
    id: 'CVE-2025-48889',
    ghsa: 'GHSA-8jw3-6x8j-v96g',
    before: '5.31.0',
    severity: 'medium',
    summary: 'any file of the host can be copied by flagging, until the disk is full',
    source: reviewed('GHSA-8jw3-6x8j-v96g'),
  },
  {
    id: 'CVE-2026-27167',
    ghsa: 'GHSA-h3h8-3v2v-rg7m',
    from: '4.16.0',
    before: '6.6.0',
    severity: 'high',
    summary:
      "the stand-in for OAuth outside Spaces shows the server's credentials and signs with a known key",
    source: gradio('GHSA-h3h8-3v2v-rg7m'),
  },
  {
    id: 'CVE-2026-28414',
    ghsa: 'GHSA-39mp-8hj3-5c49',
    before: '6.7',
    severity: 'high',
    summary: 'any file can be read on Windows with Python 3.13 or newer',
    source: gradio('GHSA-39mp-8hj3-5c49'),
  },
  {
    id: 'CVE-2026-28415',
    before: '6.6.0',
    severity: 'medium',
    summary: 'open redirect in the OAuth login',
    source: osv('PYSEC-2026-65'),
  },
  {
    id: 'CVE-2026-28416',
    ghsa: 'GHSA-jmh7-g254-2cq9',
    before: '6.6.0',
    severity: 'high',
    summary: 'a loaded Space makes the server fetch addresses of its own network (SSRF)',
    source: gradio('GHSA-jmh7-g254-2cq9'),
  },
  {
    id: 'CVE-2026-48545',
    ghsa: 'GHSA-7hp7-4p35-3cx2',
    before: '6.15.0',
    severity: 'high',
    summary: 'a Space can set cookies for requests to other Spaces, for all users of an app',
    source: reviewed('GHSA-7hp7-4p35-3cx2'),
  },
  {
    id: 'CVE-2026-49119',
    before: '6.16.0',
    severity: 'high',
    summary: 'FileExplorer reads files outside its folder',
    source: osv('PYSEC-2026-2179'),
  },
  {
    id: 'gradio-pull-13438',
    before: '6.16.0',
    severity: 'medium',
    summary: 'open redirect in the OAuth login, by another spelling',
    source: 'https://github.com/gradio-app/gradio/pull/13438',
  },
  {
    id: 'CVE-2026-59806',
    before: '6.20.0',
    severity: 'medium',
    summary: 'open redirect and client-side SSRF in the file route',
    source: 'https://www.cve.org/CVERecord?id=CVE-2026-59806',
  },
]
