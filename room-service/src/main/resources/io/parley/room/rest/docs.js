// SPDX-FileCopyrightText: The Parley authors
// SPDX-License-Identifier: Apache-2.0

SwaggerUIBundle({ dom_id: '#operations', url: 'openapi.json', deepLinking: true, defaultModelsExpandDepth: 0 });
