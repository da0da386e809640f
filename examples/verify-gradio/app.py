"""An app that lets nobody in without the gate's word, and asks inside a function who calls."""

import os

import gradio as gr
import jwt  # pip install "pyjwt[crypto]"

AUDIENCE = os.environ.get("SEKISHO_AUDIENCE", "http://127.0.0.1:7860")
KEYS = jwt.PyJWKClient(
    os.environ.get("SEKISHO_JWKS", "http://127.0.0.1:8484/.sekisho/jwks.json"), lifespan=3600, timeout=5
)


def caller(request) -> dict | None:
    """What the gate says of whoever asks; None where it says nothing."""
    assertion = request.headers.get("x-sekisho-assertion", "")
    try:
        key = KEYS.get_signing_key_from_jwt(assertion)
        return jwt.decode(
            assertion,
            key,
            algorithms=["EdDSA"],
            audience=AUDIENCE,
            leeway=5,
            options={"require": ["exp", "iat", "iss", "sub"]},
        )
    except jwt.PyJWTError:
        return None


def user_of(request) -> str | None:
    """For auth_dependency=: the name that Gradio hands on as request.username; None is answered 401."""
    claims = caller(request)
    return claims and (claims.get("preferred_username") or claims["sub"])


def whoami(request: gr.Request) -> dict:
    claims = caller(request) or {}
    return {"username": request.username, "sub": claims.get("sub"), "roles": claims.get("roles")}


def salaries(month: str, request: gr.Request) -> str:
    """Checks for itself, late as it may run: the queue keeps the request that asked."""
    if "payroll" not in (caller(request) or {}).get("roles", []):
        raise gr.Error("This is not for you.")
    return f"salaries of {month}"


with gr.Blocks(title="Verifying", analytics_enabled=False) as demo:
    who = gr.JSON(label="Who asks")
    gr.Button("Who am I?").click(whoami, None, who, api_name="whoami")
    month = gr.Textbox(label="Month")
    out = gr.Textbox(label="Salaries")
    gr.Button("Salaries").click(salaries, month, out, api_name="salaries")


if __name__ == "__main__":
    demo.launch(auth_dependency=user_of, share=False, ssr_mode=False)
