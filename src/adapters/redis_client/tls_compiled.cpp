// Asio's own TLS code, compiled once.
#include <boost/asio/ssl/impl/src.hpp>
