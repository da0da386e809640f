/**
 * One OPAQUE login for the vectors, with what its client chose at random. Written down and not made again: it comes from an
 * implementation of RFC 9807 of its own, in the configuration that docs/reference/proof.md tells, and ours has to agree with it.
 */

export const vectorLogin = {
  /** As typed, before NFKC. */
  password: 'ａ lighthouse for bob',
  username: ' Bob',
  identifiers: { client: 'user:bob', server: 'demo-gate' },
  stretching: { memory: 19456, iterations: 2, parallelism: 1 },
  /** Scalars of ristretto255, 32 bytes: of the OPRF, and of the client's key share. The nonce stands in KE1. */
  blind: '8WrpQsDGz2EeTt-7MfMkS2w-g-FutEWyV0QjFXxctws',
  clientSecret: 'OGL_X6xtfeVhXDNoRtYCPBu9-Jp0Shym2RfUvxIPoAw',
  startLoginRequest:
    'fmF0pJcUTdO3vSq3xp_gfJCHfskZN8b15Vl_jnX5WBgT98MEvvPY32v8j3kUenZeFtqZMoL9SBwX1-_uRqINUc6APoWlfALWtSsYfivT3XY2h9HlKsKpSQR3LS6CSkwd',
  loginResponse:
    'prJLj50DfrwMSv97iuyQDliWhTgzN-uCfrlnXtkBSxGPdNk03-PJV3H8ZEtUBo2iCDTDBzL79qw6HzUnygKsPNYBhGYz98FFPSBbZJ_I3PHQkY83CayfrCMDR4zP3WWn' +
    'K7AeUQCd-ExsWr6985b0IUmfrlncEcTXLwSOF5HrHYSg-tfKdXbdeD8m1W9ex_HwdfHZwhJA_6mIUggsZkt8VDSbn4L0h8In2KzAEJfFm-Rt3PVDugDM3dL3D3088u9z' +
    'imV5q-Qql09tCNQRJS7ZuEfyBdixc7RuywYAxfVtYBZyoT1lY9QQMqdTsMgRxFM-dxeOqeLnGaansc47sg7jVtGBuuY8Vooz1m-T2k6BR0_GWx_HTX4dW2ZZqwMt6uyY' +
    'vCPmZuXTqT7-bsj2ei-AhLjarKhfQrgxA9Zf86ikfgg',
  finishLoginRequest:
    'AOMNwrHf1CPIVUCQYKVsZARJbcu-4PBo7X0agLVlZmNM3RheYrr5h6vp6zaRCrtDRWjwsDg5O9inaAIrx36mEQ',
  /** 64 bytes: what an enrolment's keys are made of. */
  sessionKey: '8cKPFHGJi0K6770oXtYa8S7wOiOn3q0Qok7eyEP2gjOlPv8Z4yFgEhnJnyTEkg3Gv_6iX8zUjzB_xOovEDmluA',
} as const
