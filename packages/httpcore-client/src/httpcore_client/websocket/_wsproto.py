"""What the rest of this folder takes from wsproto, in one place."""

try:
    from wsproto.extensions import Extension
    from wsproto.frame_protocol import (
        CloseReason,
        FrameDecoder,
        FrameProtocol,
        Opcode,
        ParseFailed,
        RsvBits,
    )
    from wsproto.utilities import generate_accept_token, generate_nonce
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "WebSockets need wsproto: pip install httpcore-client[websocket]", name="wsproto"
    ) from error

__all__ = [
    "CloseReason",
    "Extension",
    "FrameDecoder",
    "FrameProtocol",
    "Opcode",
    "ParseFailed",
    "RsvBits",
    "generate_accept_token",
    "generate_nonce",
]
