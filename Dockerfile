# syntax=docker/dockerfile:1

# godwit from npm, without npm itself, and not as root:
#
#     docker build --build-arg VERSION=0.1.0 --tag godwit .
#     docker run --rm --volume "$PWD:/project" godwit up
#
# docs/guides/deploying.md says more.
FROM node:24-bookworm-slim AS install
ARG VERSION=latest
WORKDIR /opt/godwit
RUN npm install --no-audit --no-fund --omit=dev "godwit@${VERSION}"

FROM node:24-bookworm-slim
ENV PATH=/opt/godwit/node_modules/.bin:$PATH
COPY --from=install /opt/godwit /opt/godwit
WORKDIR /project
# node:node of the image, by number, so that a cluster can tell that it is not root.
USER 1000:1000
ENTRYPOINT ["godwit"]
CMD ["help"]
