"""Addresses of the gateway of the insurer's shape, from definitions/exchange/insurer_gateway.yaml."""

from hoso.web.bhxh.protocol import protocol
from hoso.web.bhxh.views import sending, take_token
from hoso.web.routes import PUBLIC, route

urlpatterns = [
    route(protocol().token_path, take_token, name="insurer_token", permission=PUBLIC, purpose=PUBLIC),
    *[
        route(one.path, sending(one), name=f"insurer_{one.key}", permission="package.send", purpose="record_keeping")
        for one in protocol().sendings
    ],
]
