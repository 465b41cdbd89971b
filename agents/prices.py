"""What asking a model costs, by the list prices that come with `genai-prices`; nothing is fetched."""

from __future__ import annotations

from genai_prices import calc_price
from genai_prices.types import Usage as PricedUsage
from pydantic_ai.models import Model
from pydantic_ai.usage import RunUsage

from agents.access import is_loopback


def price(model: Model, usage: RunUsage) -> float | None:
    """The price in US dollars; None for a model of this program or machine, and where no price is known."""
    if not model.base_url or is_loopback(model.base_url):
        return None
    priced = PricedUsage(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens)
    try:
        return float(calc_price(priced, model_ref=model.model_name, provider_api_url=model.base_url).total_price)
    except LookupError:
        return None
