"""dlt as its documentation says: the rest_api source, merged into PostgreSQL by primary key.

Nested lists become tables of their own, which is what dlt does with them.
"""

import json
import os
import sys

import dlt
from dlt.sources.rest_api import rest_api_source

asked = json.loads(os.environ["BENCH_SOURCE"])


@dlt.resource(name="windows", selected=False)
def windows():
    yield asked["windows"]


source = rest_api_source(
    {
        "client": {"base_url": asked["url"], "headers": asked["headers"]},
        "resources": [
            windows,
            {
                "name": "orders",
                "primary_key": "guid",
                "write_disposition": "merge",
                "endpoint": {
                    "path": "orders/v2/ordersBulk",
                    "data_selector": "$",
                    "params": {
                        "startDate": "{resources.windows.start}",
                        "endDate": "{resources.windows.end}",
                        "pageSize": asked["page_size"],
                    },
                    "paginator": {
                        "type": "page_number",
                        "base_page": 1,
                        "page_param": "page",
                        "total_path": None,
                        "stop_after_empty_page": True,
                    },
                },
            },
        ],
    }
)
pipeline = dlt.pipeline(
    "bench_rest",
    pipelines_dir=asked["folder"],
    destination=dlt.destinations.postgres(asked["dsn"]),
    dataset_name=asked["schema"],
)
pipeline.run(source)
sys.stdout.write("done\n")
