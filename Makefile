.DEFAULT_GOAL := help
.PHONY: help setup setup-test run test demo bench lint
PYTHON_ENV := .venv/bin/python

# Font and browser caches stay in the checkout: nothing is written to a home directory.
export XDG_CACHE_HOME ?= $(CURDIR)/.local/cache
export XDG_CONFIG_HOME ?= $(CURDIR)/.local/config

help: ## Các lệnh có sẵn / the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Chuẩn bị môi trường .venv và thư viện hệ thống / prepare the environment
	@bin/setup

setup-test:
	@bin/setup test

run: setup ## Chạy cổng với dữ liệu trình diễn tại http://127.0.0.1:8000 (PORT) / serve the portal
	@exec $(PYTHON_ENV) manage.py run

test: setup-test ## Chạy toàn bộ kiểm thử (ARGS="-k tên") / run the tests
	@$(PYTHON_ENV) -m pytest -n 3 --dist loadgroup $(ARGS)  # one of the three mostly waits for a browser

demo: setup ## Đi trọn ba thủ tục qua HTTP, kết quả ở .local/demo/ / the main job, end to end
	@$(PYTHON_ENV) manage.py journey

bench: setup-test ## Đo tốc độ: giới hạn, cách thường, cách của cổng / measure
	@$(PYTHON_ENV) -m bench

lint: setup-test ## Kiểm tra mã nguồn / check the code
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy .
	@.venv/bin/lint-imports
	@$(PYTHON_ENV) manage.py makemigrations --check --dry-run
