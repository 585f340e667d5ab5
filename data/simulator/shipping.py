"""What leaves the finished stock of a plant."""

from collections.abc import Callable, Iterable
from datetime import date

import numpy as np

from data.simulator.plant_model import Product

_STREAM = 62  # of the plant's random numbers
_SATURDAY = 5


def shipped(
    seed: int, day: date, products: Iterable[Product], in_stock: Callable[[str], float]
) -> list[tuple[str, int]]:
    """Finished pieces that leave on a day, by material: from Monday to Friday a part of the stock."""
    rng = np.random.default_rng((seed, _STREAM, day.toordinal()))
    goods = [product.material for product in products if product.finished]
    leaving = [(material, int(in_stock(material) * rng.uniform(0.15, 0.4))) for material in goods]
    return [(material, pieces) for material, pieces in leaving if pieces > 0 and day.weekday() < _SATURDAY]
