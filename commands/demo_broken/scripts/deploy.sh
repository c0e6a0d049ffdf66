#!/bin/sh
set -e
fly deploy
fly deploy -a toy-shop-eu
