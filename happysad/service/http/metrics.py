"""Counters for Prometheus."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from happysad.pipeline.prediction.prediction import ImagePrediction
from happysad.service.workers.batch_scheduler import BatchTiming
from happysad.service.workers.models import ServedModels

BUCKETS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)  # seconds


class Metrics:
    """The counters of one service; ``waiting`` returns the number of images in the queue."""

    def __init__(self, models: ServedModels, waiting: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        options: dict[str, Any] = {"namespace": "happysad", "registry": self.registry}
        self._requests = Counter("requests", "Requests answered", ["path", "status"], **options)
        self._images = Counter("images", "Images answered", ["model", "status"], **options)
        self._faces = Counter("faces", "Faces answered", ["model", "label"], **options)
        about = "Seconds that an image waited in the queue, and seconds of work per image"
        self._seconds = Histogram("answer_seconds", about, ["stage"], buckets=BUCKETS, **options)
        Gauge("queue_images", "Images that wait", **options).set_function(waiting)
        info = Gauge("model_info", "Models on offer", ["model", "sha256"], **options)
        for model in models:
            info.labels(model.name, str(model.card["sha256"])).set(1)

    def request(self, path: str, status: int) -> None:
        """Count a request; ``path`` is the route's, so that there are few of them."""
        self._requests.labels(path, str(status)).inc()

    def predictions(self, model: str, predictions: Iterable[ImagePrediction]) -> None:
        """Count images by status and their faces by label."""
        for prediction in predictions:
            self._images.labels(model, prediction.status).inc()
            for face in prediction.faces:
                self._faces.labels(model, face.label).inc()

    def batch(self, timing: BatchTiming) -> None:
        for seconds in timing.waited:
            self._seconds.labels("wait").observe(seconds)
            self._seconds.labels("work").observe(timing.worked / len(timing.waited))

    def text(self) -> bytes:
        return generate_latest(self.registry)
